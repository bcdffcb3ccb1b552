bash offered.bash ping -c ''
