bash -c 'diff <(sh options.sh completion | sort) <(bash offered.bash completion - | sort)'
