#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// Fixed arrays for recvmmsg and sendmmsg, allocated once: nothing is allocated per packet.

// MARK: Receiving

typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct timespec)) + 64];
} receive_control;

struct clinux_receive_batch {
  uint32_t slots;
  uint32_t slot_bytes;
  uint8_t *arena;
  struct mmsghdr *messages;
  struct iovec *parts;
  struct sockaddr_in6 *senders;
  receive_control *controls;
  clinux_datagram *datagrams;
};

void clinux_receive_batch_destroy(clinux_receive_batch *batch) {
  if (!batch) return;
  free(batch->arena);
  free(batch->messages);
  free(batch->parts);
  free(batch->senders);
  free(batch->controls);
  free(batch->datagrams);
  free(batch);
}

clinux_receive_batch *clinux_receive_batch_create(uint32_t slots, uint32_t slot_bytes) {
  clinux_receive_batch *batch = calloc(1, sizeof *batch);
  if (!batch) return NULL;
  batch->slots = slots;
  batch->slot_bytes = slot_bytes;
  batch->arena = calloc(slots, slot_bytes);
  batch->messages = calloc(slots, sizeof *batch->messages);
  batch->parts = calloc(slots, sizeof *batch->parts);
  batch->senders = calloc(slots, sizeof *batch->senders);
  batch->controls = calloc(slots, sizeof *batch->controls);
  batch->datagrams = calloc(slots, sizeof *batch->datagrams);
  if (!batch->arena || !batch->messages || !batch->parts || !batch->senders || !batch->controls || !batch->datagrams) {
    clinux_receive_batch_destroy(batch);
    return NULL;
  }
  for (uint32_t i = 0; i < slots; i++) {
    batch->parts[i].iov_base = batch->arena + (size_t)i * slot_bytes;
    batch->parts[i].iov_len = slot_bytes;
    batch->datagrams[i].bytes = batch->parts[i].iov_base;
  }
  return batch;
}

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

static int64_t clock_now(clockid_t clock) {
  struct timespec now = {0};
  (void)clock_gettime(clock, &now);
  return nanoseconds(now);
}

/// `lead` is the monotonic clock less the wall clock, which the kernel stamps packets by.
static void describe(clinux_receive_batch *batch, uint32_t i, int64_t lead) {
  clinux_datagram *datagram = &batch->datagrams[i];
  struct msghdr *message = &batch->messages[i].msg_hdr;
  uint32_t count = batch->messages[i].msg_len;
  datagram->count = count < batch->slot_bytes ? count : batch->slot_bytes;
  datagram->truncated = message->msg_flags & MSG_TRUNC;
  datagram->hop_limit = -1;
  datagram->interface = 0;
  datagram->arrival = 0;
  memset(datagram->destination, 0, 16);
  memset(datagram->source, 0, 16);
  if (batch->senders[i].sin6_family == AF_INET6) memcpy(datagram->source, &batch->senders[i].sin6_addr, 16);
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec stamp;
      if (header->cmsg_len < CMSG_LEN(sizeof stamp)) continue;
      memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
      datagram->arrival = nanoseconds(stamp) + lead;
    }
    if (header->cmsg_level != IPPROTO_IPV6) continue;
    if (header->cmsg_type == IPV6_HOPLIMIT && header->cmsg_len >= CMSG_LEN(sizeof(int))) {
      memcpy(&datagram->hop_limit, CMSG_DATA(header), sizeof(int));
    } else if (header->cmsg_type == IPV6_PKTINFO && header->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo))) {
      struct in6_pktinfo info;
      memcpy(&info, CMSG_DATA(header), sizeof info);
      memcpy(datagram->destination, &info.ipi6_addr, 16);
      datagram->interface = (int32_t)info.ipi6_ifindex;
    }
  }
}

int clinux_receive_batch_fill(clinux_receive_batch *batch, int fd) {
  for (uint32_t i = 0; i < batch->slots; i++) {
    batch->messages[i].msg_hdr = (struct msghdr){
      .msg_name = &batch->senders[i], .msg_namelen = sizeof batch->senders[i], .msg_iov = &batch->parts[i],
      .msg_iovlen = 1, .msg_control = &batch->controls[i], .msg_controllen = sizeof batch->controls[i]};
    batch->senders[i].sin6_family = AF_UNSPEC;
  }
  int count;
  do count = recvmmsg(fd, batch->messages, batch->slots, MSG_DONTWAIT, NULL);
  while (count < 0 && errno == EINTR);
  if (count < 0) return errno == EAGAIN ? 0 : -errno;
  if (count == 0) return 0;
  int64_t lead = clock_now(CLOCK_MONOTONIC) - clock_now(CLOCK_REALTIME);
  for (int i = 0; i < count; i++) describe(batch, (uint32_t)i, lead);
  return count;
}

const clinux_datagram *clinux_receive_batch_datagrams(const clinux_receive_batch *batch) { return batch->datagrams; }

// MARK: Sending

typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
} send_control;

typedef union {
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_ll packet;
} destination_address;

struct clinux_send_batch {
  uint32_t slots;
  uint32_t count;
  uint32_t arena_bytes;
  uint32_t arena_used;
  uint8_t *arena;
  struct mmsghdr *messages;
  struct iovec *parts;
  destination_address *destinations;
  send_control *controls;
};

void clinux_send_batch_destroy(clinux_send_batch *batch) {
  if (!batch) return;
  free(batch->arena);
  free(batch->messages);
  free(batch->parts);
  free(batch->destinations);
  free(batch->controls);
  free(batch);
}

clinux_send_batch *clinux_send_batch_create(uint32_t slots, uint32_t arena_bytes) {
  clinux_send_batch *batch = calloc(1, sizeof *batch);
  if (!batch) return NULL;
  batch->slots = slots;
  batch->arena_bytes = arena_bytes;
  batch->arena = calloc(1, arena_bytes);
  batch->messages = calloc(slots, sizeof *batch->messages);
  batch->parts = calloc(slots, sizeof *batch->parts);
  batch->destinations = calloc(slots, sizeof *batch->destinations);
  batch->controls = calloc(slots, sizeof *batch->controls);
  if (!batch->arena || !batch->messages || !batch->parts || !batch->destinations || !batch->controls) {
    clinux_send_batch_destroy(batch);
    return NULL;
  }
  return batch;
}

/// Room for one more message of `count` bytes, copied in; its slot, or NULL.
static struct msghdr *append(clinux_send_batch *batch, const void *payload, uint32_t count, socklen_t name_length) {
  if (batch->count >= batch->slots || count > batch->arena_bytes - batch->arena_used) return NULL;
  uint32_t slot = batch->count++;
  uint8_t *copy = batch->arena + batch->arena_used;
  memcpy(copy, payload, count);
  batch->arena_used += count;
  batch->parts[slot] = (struct iovec){copy, count};
  memset(&batch->destinations[slot], 0, sizeof batch->destinations[slot]);
  struct msghdr *message = &batch->messages[slot].msg_hdr;
  *message = (struct msghdr){
    .msg_name = &batch->destinations[slot], .msg_namelen = name_length, .msg_iov = &batch->parts[slot], .msg_iovlen = 1};
  return message;
}

static struct cmsghdr *control(
  struct msghdr *message, struct cmsghdr *previous, int level, int type, const void *data, size_t count
) {
  struct cmsghdr *header = previous ? CMSG_NXTHDR(message, previous) : CMSG_FIRSTHDR(message);
  header->cmsg_level = level;
  header->cmsg_type = type;
  header->cmsg_len = CMSG_LEN(count);
  memcpy(CMSG_DATA(header), data, count);
  return header;
}

bool clinux_send_batch_add_ip(
  clinux_send_batch *batch, bool ipv6, const void *payload, uint32_t count, const uint8_t *destination,
  const uint8_t *source, int32_t interface, uint8_t hop_limit
) {
  struct msghdr *message =
    append(batch, payload, count, ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
  if (!message) return false;
  uint32_t slot = batch->count - 1;
  send_control *space = &batch->controls[slot];
  memset(space, 0, sizeof *space);
  message->msg_control = space;
  int hops = hop_limit;
  if (ipv6) {
    struct in6_pktinfo info = {.ipi6_ifindex = (unsigned)interface};
    memcpy(&info.ipi6_addr, source, 16);
    struct sockaddr_in6 *address = &batch->destinations[slot].v6;
    address->sin6_family = AF_INET6;
    address->sin6_scope_id = (uint32_t)interface;
    memcpy(&address->sin6_addr, destination, 16);
    message->msg_controllen = CMSG_SPACE(sizeof info) + CMSG_SPACE(sizeof hops);
    struct cmsghdr *first = control(message, NULL, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    control(message, first, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof hops);
  } else {
    struct in_pktinfo info = {.ipi_ifindex = interface};
    memcpy(&info.ipi_spec_dst, source, 4);
    struct sockaddr_in *address = &batch->destinations[slot].v4;
    address->sin_family = AF_INET;
    memcpy(&address->sin_addr, destination, 4);
    message->msg_controllen = CMSG_SPACE(sizeof info) + CMSG_SPACE(sizeof hops);
    struct cmsghdr *first = control(message, NULL, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    control(message, first, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
  }
  return true;
}

bool clinux_send_batch_add_frame(clinux_send_batch *batch, const void *frame, uint32_t count, int32_t interface) {
  const uint32_t ethernet_header = 14;
  if (count < ethernet_header) return false;
  struct msghdr *message = append(batch, frame, count, sizeof(struct sockaddr_ll));
  if (!message) return false;
  struct sockaddr_ll *address = &batch->destinations[batch->count - 1].packet;
  address->sll_family = AF_PACKET;
  address->sll_ifindex = interface;
  address->sll_halen = 6;
  memcpy(address->sll_addr, frame, 6);
  memcpy(&address->sll_protocol, (const uint8_t *)frame + 12, 2);
  return true;
}

int clinux_send_batch_flush(clinux_send_batch *batch, int fd, uint32_t first) {
  if (first >= batch->count) return 0;
  int sent;
  do sent = sendmmsg(fd, batch->messages + first, batch->count - first, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : sent;
}

void clinux_send_batch_clear(clinux_send_batch *batch) {
  batch->count = 0;
  batch->arena_used = 0;
}
