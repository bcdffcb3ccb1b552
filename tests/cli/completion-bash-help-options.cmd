bash -c 'diff <(sh options.sh help | sort) <(bash offered.bash help - | sort)'
