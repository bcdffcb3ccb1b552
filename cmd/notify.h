/*
 * notify.h - telling a service manager how it goes: sd_notify(3)'s protocol, a datagram to $NOTIFY_SOCKET.
 */
#ifndef MCAST_NOTIFY_H
#define MCAST_NOTIFY_H

/* notify_open looks whether somebody wants to know, and forgets the variable; notify_send sends lines such as
 * "READY=1" or "STATUS=...", or does nothing where nobody does. */
void notify_open(void);
void notify_send(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* notify_reloading tells that configuration is being read again; "READY=1" ends that. */
void notify_reloading(void);

#endif
