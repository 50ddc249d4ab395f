#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define VRRP_PROTOCOL 112
#define INTERNETWORK_CONTROL 0xC0

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

static int result(long value) { return value < 0 ? -errno : (int)value; }

// MARK: Message sockets

int clinux_seqpacket_pair(int ends[2]) {
  return result(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
}

int clinux_set_socket_option(int fd, int level, int option, int value) {
  return result(setsockopt(fd, level, option, &value, sizeof value));
}

/// The forced form passes the host's limit but needs CAP_NET_ADMIN.
static int buffer_size(int fd, int forced, int plain, int bytes) {
  if (clinux_set_socket_option(fd, SOL_SOCKET, forced, bytes) == 0) return 0;
  return clinux_set_socket_option(fd, SOL_SOCKET, plain, bytes);
}

int clinux_socket_send_buffer(int fd, int bytes) { return buffer_size(fd, SO_SNDBUFFORCE, SO_SNDBUF, bytes); }
int clinux_socket_receive_buffer(int fd, int bytes) { return buffer_size(fd, SO_RCVBUFFORCE, SO_RCVBUF, bytes); }

int clinux_send_message(int fd, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * CLINUX_MESSAGE_DESCRIPTORS)];
  } control;
  struct iovec part = {(void *)bytes, count};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (descriptor_count > CLINUX_MESSAGE_DESCRIPTORS) return -EINVAL;
  if (descriptor_count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptor_count);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * descriptor_count);
    memcpy(CMSG_DATA(header), descriptors, sizeof(int) * descriptor_count);
  }
  ssize_t sent;
  do sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

int clinux_receive_message(int fd, void *buffer, size_t capacity, clinux_received_message *received) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * CLINUX_MESSAGE_DESCRIPTORS)];
  } control;
  struct iovec part = {buffer, capacity};
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  received->count = 0;
  received->truncated = received->ended = received->descriptors_truncated = false;
  received->descriptor_count = 0;
  ssize_t count;
  do count = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t number = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < number; i++) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
      if (received->descriptor_count < CLINUX_MESSAGE_DESCRIPTORS)
        received->descriptors[received->descriptor_count++] = descriptor;
      else close(descriptor);
    }
  }
  received->count = (size_t)count;
  received->truncated = message.msg_flags & MSG_TRUNC;
  received->descriptors_truncated = message.msg_flags & MSG_CTRUNC;
  // A record of no bytes and the end of the stream look alike; nobody here sends empty records.
  received->ended = count == 0 && received->descriptor_count == 0;
  return 0;
}

int clinux_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
  *pid = credentials.pid;
  *uid = credentials.uid;
  *gid = credentials.gid;
  return 0;
}

int clinux_send_to_unix(const char *path, const void *bytes, size_t count) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return -EINVAL;
  memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = 0;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '@' ? 0 : 1));
  ssize_t sent;
  do sent = sendto(fd, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&address, size);
  while (sent < 0 && errno == EINTR);
  int outcome = sent < 0 ? -errno : 0;
  close(fd);
  return outcome;
}

// MARK: Raw sockets

static int drop_everything(int fd) {
  struct sock_filter instructions[] = {{BPF_RET | BPF_K, 0, 0, 0}};
  struct sock_fprog program = {1, instructions};
  return result(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
}

static int drain(int fd) {
  char discarded[1];
  // Bounded: with the filter on nothing new arrives.
  for (int i = 0; i < 65536; i++)
    if (recv(fd, discarded, sizeof discarded, MSG_DONTWAIT | MSG_TRUNC) < 0) break;
  int unused = 0;
  return result(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused));
}

#define SET(level, option, value)                                    \
  do {                                                               \
    outcome = clinux_set_socket_option(fd, (level), (option), value); \
    if (outcome < 0) goto failed;                                    \
  } while (0)

int clinux_advert_receive_socket(
  bool ipv6, int protocol, int32_t interface, const char *device, int receive_buffer
) {
  (void)interface;
  int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd < 0) return -errno;
  // Until it is bound the socket hears every interface, so nothing is let in before that.
  int outcome = drop_everything(fd);
  if (outcome < 0) goto failed;
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device) + 1) < 0) {
    outcome = -errno;
    goto failed;
  }
  if (ipv6) {
    SET(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    SET(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
    SET(IPPROTO_IPV6, IPV6_CHECKSUM, -1);
    outcome = clinux_set_socket_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
    if (outcome < 0 && outcome != -ENOPROTOOPT) goto failed;
  } else {
    SET(IPPROTO_IP, IP_MULTICAST_ALL, 0);
  }
  SET(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  if (receive_buffer > 0) {
    outcome = clinux_socket_receive_buffer(fd, receive_buffer);
    if (outcome < 0) goto failed;
  }
  outcome = drain(fd);
  if (outcome < 0) goto failed;
  return fd;
failed:
  close(fd);
  return outcome;
}

static int membership(int fd, bool ipv6, const uint8_t *group, int32_t interface, bool join) {
  if (ipv6) {
    struct ipv6_mreq request = {.ipv6mr_interface = (unsigned)interface};
    memcpy(&request.ipv6mr_multiaddr, group, 16);
    return result(
      setsockopt(fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &request, sizeof request));
  }
  struct ip_mreqn request = {.imr_ifindex = interface};
  memcpy(&request.imr_multiaddr, group, 4);
  return result(
    setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &request, sizeof request));
}

int clinux_join_group(int fd, bool ipv6, const uint8_t *group, int32_t interface) {
  return membership(fd, ipv6, group, interface, true);
}

int clinux_leave_group(int fd, bool ipv6, const uint8_t *group, int32_t interface) {
  return membership(fd, ipv6, group, interface, false);
}

int clinux_advert_send_socket(bool ipv6, bool whole_packets, int send_buffer) {
  // IPPROTO_RAW takes packets with their IPv4 header.
  int protocol = whole_packets ? IPPROTO_RAW : VRRP_PROTOCOL;
  int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd < 0) return -errno;
  int outcome = drop_everything(fd);
  if (outcome < 0) goto failed;
  if (ipv6) {
    SET(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255);
    SET(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 255);
    SET(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
    SET(IPPROTO_IPV6, IPV6_TCLASS, INTERNETWORK_CONTROL);
    SET(IPPROTO_IPV6, IPV6_CHECKSUM, -1);
    // The source may be the link-local address of the interface below the one that carries the virtual MAC.
    SET(IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
    SET(SOL_SOCKET, SO_PRIORITY, 6);
  } else {
    SET(IPPROTO_IP, IP_TTL, 255);
    SET(IPPROTO_IP, IP_MULTICAST_TTL, 255);
    SET(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    SET(IPPROTO_IP, IP_TOS, INTERNETWORK_CONTROL);
    // The source may be an address configured but not (or no longer) on the interface, as mcast_src_ip allows.
    SET(IPPROTO_IP, IP_TRANSPARENT, 1);
  }
  if (send_buffer > 0) {
    outcome = clinux_socket_send_buffer(fd, send_buffer);
    if (outcome < 0) goto failed;
  }
  return fd;
failed:
  close(fd);
  return outcome;
}

int clinux_arp_socket(int32_t interface) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  struct sockaddr_ll address = {
    .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = interface};
  int outcome = result(bind(fd, (struct sockaddr *)&address, sizeof address));
  if (outcome < 0) {
    close(fd);
    return outcome;
  }
  return fd;
}

int clinux_link_address(const char *name, void *address) {
  struct ifreq request = {0};
  if (strlen(name) >= sizeof request.ifr_name) return -ENODEV;
  strcpy(request.ifr_name, name);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  int outcome = result(ioctl(fd, SIOCGIFHWADDR, &request));
  close(fd);
  if (outcome < 0) return outcome;
  int family = request.ifr_hwaddr.sa_family;
  if (family != ARPHRD_ETHER && family != ARPHRD_LOOPBACK) return -EAFNOSUPPORT;
  memcpy(address, request.ifr_hwaddr.sa_data, 6);
  return 0;
}

int clinux_packet_send_socket(int send_buffer) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  if (send_buffer > 0) {
    int outcome = clinux_socket_send_buffer(fd, send_buffer);
    if (outcome < 0) {
      close(fd);
      return outcome;
    }
  }
  return fd;
}
