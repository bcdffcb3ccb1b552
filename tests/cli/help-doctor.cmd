$MCAST help doctor
