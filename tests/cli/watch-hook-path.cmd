$MCAST watch -r - --on-leave "/nonexistent/program with arguments"
