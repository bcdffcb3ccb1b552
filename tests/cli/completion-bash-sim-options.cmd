bash -c 'diff <(sh options.sh sim | sort) <(bash offered.bash sim - | sort)'
