bash offered.bash ''
