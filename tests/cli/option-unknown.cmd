$MCAST serve --foo
