bash -c 'diff <(sh options.sh recv | sort) <(bash offered.bash recv - | sort)'
