bash -c 'diff <(sh options.sh send | sort) <(bash offered.bash send - | sort)'
