/* mcast.h - all of libmcast's headers. */
#ifndef MCAST_MCAST_H
#define MCAST_MCAST_H
#include <mcast/base.h>
#include <mcast/msg.h>
#include <mcast/sock.h>
#endif
