bash -c 'diff <(sh options.sh groups | sort) <(bash offered.bash groups - | sort)'
