bash -c 'diff <(sh options.sh doctor | sort) <(bash offered.bash doctor - | sort)'
