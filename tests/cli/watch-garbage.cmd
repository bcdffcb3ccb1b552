echo no capture at all, is it | $MCAST watch -r -
