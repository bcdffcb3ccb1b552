bash -c 'diff <(sh options.sh watch | sort) <(bash offered.bash watch - | sort)'
