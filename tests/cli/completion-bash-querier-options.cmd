bash -c 'diff <(sh options.sh querier | sort) <(bash offered.bash querier - | sort)'
