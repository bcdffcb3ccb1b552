bash -c 'diff <(sh options.sh report | sort) <(bash offered.bash report - | sort)'
