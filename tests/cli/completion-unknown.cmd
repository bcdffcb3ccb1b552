$MCAST completion tcsh
