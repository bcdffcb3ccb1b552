/* mcast.h - all of libmcast's headers. */
#ifndef MCAST_MCAST_H
#define MCAST_MCAST_H
#include <mcast/base.h>
#include <mcast/engine.h>
#include <mcast/host.h>
#include <mcast/link.h>
#include <mcast/msg.h>
#include <mcast/router.h>
#include <mcast/sim.h>
#include <mcast/sock.h>
#endif
