bash offered.bash ping -I lo; bash offered.bash serve --interface = lo
