bash -c 'diff <(sh options.sh serve | sort) <(bash offered.bash serve - | sort)'
