bash -c 'diff <(sh options.sh ping | sort) <(bash offered.bash ping - | sort)'
