bash -c 'diff <(sh options.sh host | sort) <(bash offered.bash host - | sort)'
