import CLinux
import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes

/// All links and addresses at one moment.
package struct NetlinkSnapshot: Sendable, Hashable {
  /// Every interface.
  package var links: [LinkState]
  /// Every address of both families.
  package var addresses: [AddressState]

  package init(links: [LinkState] = [], addresses: [AddressState] = []) {
    self.links = links
    self.addresses = addresses
  }
}

/// Receiver of every change to links and addresses, which can also read all of them.
///
/// It accepts messages from the kernel only. Create it, take a ``snapshot()``, then apply the events to that: no change
/// is missed. After ``NetlinkEvent/overrun`` take a new snapshot and go on from there.
package final class NetlinkMonitor {
  private let events: NetlinkSocket
  private let queries: NetlinkSocket
  private static let groups = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR]
  private static let routingGroups = [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE]
  /// Most attempts at a dump that a change interrupts. The events that follow correct the last one.
  private static let dumpAttempts = 8
  /// Longest wait for one part of a dump, in milliseconds.
  private static let answerMilliseconds: Int32 = 5_000

  /// Begins to receive. `receiveBuffer` is the room in bytes for changes not yet received; without CAP_NET_ADMIN the
  /// host's limit (net.core.rmem_max) applies. `watchesRouting`: whether removed routes and rules are reported too,
  /// which costs time on a host with a routing daemon.
  package init(watchesRouting: Bool = false, receiveBuffer: Int32 = 8 << 20) throws(SystemError) {
    let groups = Self.groups + (watchesRouting ? Self.routingGroups : [])
    events = try NetlinkSocket(groups: groups.map { Int32($0.rawValue) }, receiveBuffer: receiveBuffer)
    queries = try NetlinkSocket(receiveBuffer: 1 << 20)
  }

  /// Descriptor to watch for readability.
  package var rawValue: Int32 { events.rawValue }

  /// Receives waiting datagrams, at most `maximum`, and passes each change to `body` in order. Returns the number of
  /// datagrams.
  ///
  /// It never waits. A result equal to `maximum` means that more may be there.
  @discardableResult
  package func receive(maximum: Int = 64, _ body: (NetlinkEvent) -> Void) throws(SystemError) -> Int {
    for count in 0..<max(1, maximum) {
      switch try events.receive() {
      case .wouldBlock: return count
      case .overrun: body(.overrun)
      case .ignored: break
      case .messages(let messages):
        for message in messages {
          if let event = NetlinkEvent(message) { body(event) }
        }
      }
    }
    return max(1, maximum)
  }

  /// Present links and addresses. Changes that wait to be received are dropped first, since the snapshot contains them.
  ///
  /// - Throws: ETIMEDOUT if the kernel does not answer within five seconds; it waits for the answer.
  package func snapshot() throws(SystemError) -> NetlinkSnapshot {
    // The number is bounded, since changes may come faster than they are dropped. The rest is received as usual.
    var left = 100_000
    while left > 0, try receive({ _ in }) > 0 { left -= 1 }
    return NetlinkSnapshot(links: try dumpLinks(), addresses: try dumpAddresses())
  }

  /// Present links; it waits as ``snapshot()`` does.
  package func dumpLinks() throws(SystemError) -> [LinkState] {
    try dump(Int32(RTM_GETLINK), ifinfomsg()) { LinkState($0) }
  }

  /// Present addresses; it waits as ``snapshot()`` does.
  package func dumpAddresses() throws(SystemError) -> [AddressState] {
    try dump(Int32(RTM_GETADDR), ifaddrmsg()) { AddressState($0) }
  }

  private func dump<Fixed, Value>(
    _ request: Int32, _ fixed: Fixed, _ parse: (NetlinkMessage) -> Value?
  ) throws(SystemError) -> [Value] {
    for attempt in 1...Self.dumpAttempts {
      var values: [Value] = []
      let isConsistent = try dumpOnce(request, fixed) { if let value = parse($0) { values.append(value) } }
      if isConsistent || attempt == Self.dumpAttempts { return values }
    }
    return []
  }

  /// Reads one dump. Returns whether it shows the state of one moment.
  private func dumpOnce<Fixed>(
    _ request: Int32, _ fixed: Fixed, _ body: (NetlinkMessage) -> Void
  ) throws(SystemError) -> Bool {
    let sequence = queries.nextSequence()
    try sendDump(request, fixed, sequence)
    var isConsistent = true
    while true {
      switch try queries.receive() {
      case .ignored: continue
      // Answers were lost. The rest of this dump is skipped by its sequence number.
      case .overrun: return false
      case .wouldBlock:
        guard try queries.waitReadable(milliseconds: Self.answerMilliseconds) else {
          throw SystemError(operation: "dump links or addresses", errno: ETIMEDOUT)
        }
      case .messages(let messages):
        for message in messages where message.sequence == sequence {
          if message.flags & UInt16(NLM_F_DUMP_INTR) != 0 { isConsistent = false }
          if message.type == Int(NLMSG_DONE) { return isConsistent }
          if let error = message.acknowledgedError {
            // An earlier dump, of which answers were lost, may still run.
            if error == EBUSY { return false }
            if error != 0 { throw SystemError(operation: "dump links or addresses", errno: error) }
          }
          body(message)
        }
      }
    }
  }

  private func sendDump<Fixed>(_ request: Int32, _ fixed: Fixed, _ sequence: UInt32) throws(SystemError) {
    let headerSize = MemoryLayout<nlmsghdr>.size
    let size = headerSize + MemoryLayout<Fixed>.size
    let header = nlmsghdr(
      nlmsg_len: UInt32(size), nlmsg_type: UInt16(request), nlmsg_flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP),
      nlmsg_seq: sequence, nlmsg_pid: nl_socket_get_local_port(queries.handle))
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { bytes.deallocate() }
    bytes.storeBytes(of: header, as: nlmsghdr.self)
    bytes.storeBytes(of: fixed, toByteOffset: headerSize, as: Fixed.self)
    try queries.send(UnsafeRawBufferPointer(bytes))
  }
}
