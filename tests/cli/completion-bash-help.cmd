bash offered.bash help p
