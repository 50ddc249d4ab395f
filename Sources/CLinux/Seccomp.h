#pragma once

#include <linux/audit.h>

// What the filters of this folder share: the architecture's number, and values that the C library's headers name only for some, or
// under names of their own.

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "filters of system calls need this architecture's number"
#endif

enum { SET_OWNER = 8, SET_SIGNAL = 10, SET_OWNER_EX = 15, SET_LEASE = 1024 };  // of fcntl
enum { SOCKET_SET_OWNER = 0x8901, SOCKET_SET_GROUP = 0x8902 };                 // of ioctl
