$MCAST doctor -I none9
