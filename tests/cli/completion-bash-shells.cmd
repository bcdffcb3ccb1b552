bash offered.bash completion ''
