$MCAST doctor ff02::7 fe80::1%none9
