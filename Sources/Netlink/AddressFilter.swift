import CNetlink
import Glibc
import LinuxSystem
import NetworkTypes

/// Drops packets to and from addresses that this host holds without accepting for them (RFC 9568 section 6.1, Accept_Mode).
///
/// An nftables table that belongs to this value's socket: the kernel removes it with the socket, however the process ends. The rules
/// stand for as long as the table does, since the hooks see only what is this host's own, and so nothing on a backup. Neighbour
/// discovery passes, as section 6.4.3 wants it.
public final class AddressFilter {
  /// An address that packets are not accepted for.
  public struct Address: Sendable, Hashable {
    /// The address.
    public var address: IPAddress
    /// The interface that carries it; counts for a link-local one only.
    public var interface: InterfaceIndex

    /// An address on an interface.
    public init(_ address: IPAddress, on interface: InterfaceIndex) {
      self.address = address
      self.interface = interface
    }
  }

  private let socket: NetlinkSocket

  /// Makes the table, named `martlet-` and this process's number.
  /// - Throws: what the kernel says, EOPNOTSUPP from kernels before 5.12, which have no tables of sockets.
  public init(dropping addresses: [Address]) throws(SystemError) {
    socket = try NetlinkSocket(protocol: NETLINK_NETFILTER, receiveBuffer: 1 << 18)
    let table = "martlet-\(getpid())"
    let keys = Selection.allCases.map { selection in
      (selection, Set(addresses.compactMap { selection.key(of: $0) }).sorted { $0.lexicographicallyPrecedes($1) })
    }.filter { !$0.1.isEmpty }
    var batch = FilterBatch(table: table, socket: socket)
    batch.addTable()
    for (selection, _) in keys { batch.addSet(selection) }
    for chain in Chain.allCases {
      batch.addChain(chain)
      for kind: UInt8 in [135, 136] { batch.addRule(chain, FilterBatch.neighborDiscovery(kind), .accept) }
      for (selection, _) in keys { batch.addRule(chain, selection.expressions(chain), .drop) }
    }
    try perform(&batch)
    // A socket does not take all that many at once.
    for (selection, keys) in keys {
      var rest = keys[...]
      while !rest.isEmpty {
        var batch = FilterBatch(table: table, socket: socket)
        batch.addElements(selection, rest.prefix(Self.elementsAtOnce))
        try perform(&batch)
        rest = rest.dropFirst(Self.elementsAtOnce)
      }
    }
  }

  private static let elementsAtOnce = 1000

  private func perform(_ batch: inout FilterBatch) throws(SystemError) {
    try Self.send(batch.finished(), on: socket)
    try confirm(count: batch.count)
  }

  private static func send(_ bytes: [UInt8], on socket: NetlinkSocket) throws(SystemError) {
    // A closure that throws typed errors does not pass through `withUnsafeBytes`.
    let result = bytes.withUnsafeBytes { buffer in
      Result { () throws(SystemError) in try socket.send(buffer) }
    }
    try result.get()
  }

  /// The kernel answers before the send returns: an error for each message that it refuses, and then none of them counts.
  private func confirm(count: Int) throws(SystemError) {
    var answers = 0
    for _ in 0...count {
      switch try socket.receive() {
      case .ignored: continue
      case .overrun: throw SystemError(operation: "make nftables table", errno: ENOBUFS)
      case .wouldBlock:
        guard answers > 0 else { throw SystemError(operation: "make nftables table", errno: EPROTO) }
        return
      case .messages(let messages):
        for message in messages {
          guard let error = message.acknowledgedError else { continue }
          guard error == 0 else { throw SystemError(operation: "make nftables table", errno: error) }
          answers += 1
        }
      }
    }
  }
}

/// Where packets are looked at.
private enum Chain: String, CaseIterable {
  case input, output

  /// `NF_INET_LOCAL_IN` and `NF_INET_LOCAL_OUT`.
  var hook: UInt32 { self == .input ? 1 : 3 }
}

/// What becomes of a packet.
private enum Verdict: UInt32 {
  case drop = 0
  case accept = 1
}

/// Which addresses stand in which set.
private enum Selection: String, CaseIterable {
  case ipv4, ipv6
  /// IPv6 addresses that mean something only together with their interface.
  case linkLocal = "link-local"

  /// The number of the set within a batch.
  var number: UInt32 {
    switch self {
    case .ipv4: 1
    case .ipv6: 2
    case .linkLocal: 3
    }
  }

  /// The types of nft's own numbering, for those who list the table.
  var keyType: UInt32 {
    switch self {
    case .ipv4: 7
    case .ipv6: 8
    case .linkLocal: 8 << 6 | 20
    }
  }

  var keyLength: UInt32 {
    switch self {
    case .ipv4: 4
    case .ipv6: 16
    case .linkLocal: 20
    }
  }

  /// The key of an address in this set; `nil` if it stands in another.
  func key(of address: AddressFilter.Address) -> [UInt8]? {
    let isLinkLocal = address.address.family == .ipv6 && address.address.isLinkLocal
    switch self {
    case .ipv4: return address.address.family == .ipv4 ? address.address.bytes : nil
    case .ipv6: return address.address.family == .ipv6 && !isLinkLocal ? address.address.bytes : nil
    case .linkLocal:
      guard isLinkLocal else { return nil }
      return address.address.bytes + withUnsafeBytes(of: address.interface.rawValue) { Array($0) }
    }
  }

  /// Loads the destination (input) or source (output) of a packet of the family and looks it up in the set.
  func expressions(_ chain: Chain) -> [FilterBatch.Expression] {
    let isIPv4 = self == .ipv4
    // The addresses stand at bytes 12 and 16 of an IPv4 header, at 8 and 24 of an IPv6 one.
    let offset: UInt32 = isIPv4 ? (chain == .input ? 16 : 12) : (chain == .input ? 24 : 8)
    var list: [FilterBatch.Expression] = [
      .meta(.networkProtocol, register: 1), .equals(register: 1, [UInt8(isIPv4 ? AF_INET : AF_INET6)]),
      .payload(.network, offset: offset, length: isIPv4 ? 4 : 16, register: 1),
    ]
    if self == .linkLocal { list.append(.meta(chain == .input ? .inputInterface : .outputInterface, register: 2)) }
    return list + [.lookUp(register: 1, set: rawValue)]
  }
}

/// Messages that the kernel takes all of or none (nfnetlink's batch).
private struct FilterBatch {
  /// What is asked of a packet (`NFT_META_*`).
  enum Meta: UInt32 {
    case inputInterface = 4
    case outputInterface = 5
    case networkProtocol = 15
    case transportProtocol = 16
  }

  /// Which header is read (`NFT_PAYLOAD_*`).
  enum Header: UInt32 {
    case network = 1
    case transport = 2
  }

  enum Expression {
    case meta(Meta, register: UInt32)
    case payload(Header, offset: UInt32, length: UInt32, register: UInt32)
    case equals(register: UInt32, [UInt8])
    case lookUp(register: UInt32, set: String)
    case verdict(Verdict)
  }

  private let table: String
  private let socket: NetlinkSocket
  private var bytes: [UInt8] = []
  private(set) var count = 0

  init(table: String, socket: NetlinkSocket) {
    self.table = table
    self.socket = socket
    append(Int(NFNL_MSG_BATCH_BEGIN), family: 0, resource: UInt16(NFNL_SUBSYS_NFTABLES), isAcknowledged: false)
  }

  /// A neighbour solicitation (135) or advertisement (136).
  static func neighborDiscovery(_ type: UInt8) -> [Expression] {
    [
      .meta(.networkProtocol, register: 1), .equals(register: 1, [UInt8(AF_INET6)]),
      .meta(.transportProtocol, register: 1), .equals(register: 1, [58]),
      .payload(.transport, offset: 0, length: 1, register: 1), .equals(register: 1, [type]),
    ]
  }

  mutating func addTable() {
    add(Int(NFT_MSG_NEWTABLE.rawValue), flags: NLM_F_CREATE) { [table] writer in
      writer.add(Int(NFTA_TABLE_NAME.rawValue), text: table)
      // It is the socket's own.
      writer.add(Int(NFTA_TABLE_FLAGS.rawValue), UInt32(2).bigEndian)
    }
  }

  mutating func addChain(_ chain: Chain) {
    add(Int(NFT_MSG_NEWCHAIN.rawValue), flags: NLM_F_CREATE) { [table] writer in
      writer.add(Int(NFTA_CHAIN_TABLE.rawValue), text: table)
      writer.add(Int(NFTA_CHAIN_NAME.rawValue), text: chain.rawValue)
      writer.nest(Int(NFTA_CHAIN_HOOK.rawValue) | Self.nested) { writer in
        writer.add(Int(NFTA_HOOK_HOOKNUM.rawValue), chain.hook.bigEndian)
        writer.add(Int(NFTA_HOOK_PRIORITY.rawValue), Int32(-1).bigEndian)
      }
      writer.add(Int(NFTA_CHAIN_TYPE.rawValue), text: "filter")
    }
  }

  mutating func addSet(_ selection: Selection) {
    add(Int(NFT_MSG_NEWSET.rawValue), flags: NLM_F_CREATE) { [table] writer in
      writer.add(Int(NFTA_SET_TABLE.rawValue), text: table)
      writer.add(Int(NFTA_SET_NAME.rawValue), text: selection.rawValue)
      writer.add(Int(NFTA_SET_KEY_TYPE.rawValue), selection.keyType.bigEndian)
      writer.add(Int(NFTA_SET_KEY_LEN.rawValue), selection.keyLength.bigEndian)
      writer.add(Int(NFTA_SET_ID.rawValue), selection.number.bigEndian)
    }
  }

  mutating func addElements(_ selection: Selection, _ keys: ArraySlice<[UInt8]>) {
    add(Int(NFT_MSG_NEWSETELEM.rawValue), flags: NLM_F_CREATE) { [table] writer in
      writer.add(Int(NFTA_SET_ELEM_LIST_TABLE.rawValue), text: table)
      writer.add(Int(NFTA_SET_ELEM_LIST_SET.rawValue), text: selection.rawValue)
      writer.nest(Int(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) | Self.nested) { writer in
        for key in keys { Self.addElement(key, to: &writer) }
      }
    }
  }

  private static func addElement(_ key: [UInt8], to writer: inout RequestWriter) {
    writer.nest(Int(NFTA_LIST_ELEM.rawValue) | nested) { writer in
      writer.nest(Int(NFTA_SET_ELEM_KEY.rawValue) | nested) { $0.add(Int(NFTA_DATA_VALUE.rawValue), key) }
    }
  }

  mutating func addRule(_ chain: Chain, _ expressions: [Expression], _ verdict: Verdict) {
    add(Int(NFT_MSG_NEWRULE.rawValue), flags: NLM_F_CREATE | NLM_F_APPEND) { [table] writer in
      writer.add(Int(NFTA_RULE_TABLE.rawValue), text: table)
      writer.add(Int(NFTA_RULE_CHAIN.rawValue), text: chain.rawValue)
      writer.nest(Int(NFTA_RULE_EXPRESSIONS.rawValue) | Self.nested) { writer in
        for expression in expressions + [.verdict(verdict)] {
          writer.nest(Int(NFTA_LIST_ELEM.rawValue) | Self.nested) { expression.write(to: &$0) }
        }
      }
    }
  }

  /// Ends the batch.
  mutating func finished() -> [UInt8] {
    append(Int(NFNL_MSG_BATCH_END), family: 0, resource: UInt16(NFNL_SUBSYS_NFTABLES), isAcknowledged: false)
    return bytes
  }

  fileprivate static let nested = Int(NLA_F_NESTED)

  private mutating func add(_ message: Int, flags: Int32, _ body: (inout RequestWriter) -> Void) {
    append(
      Int(NFNL_SUBSYS_NFTABLES) << 8 | message, family: UInt8(NFPROTO_INET), resource: 0, flags: flags, body)
  }

  private mutating func append(
    _ type: Int, family: UInt8, resource: UInt16, flags: Int32 = 0, isAcknowledged: Bool = true,
    _ body: (inout RequestWriter) -> Void = { _ in }
  ) {
    let fixed = nfgenmsg(nfgen_family: family, version: UInt8(NFNETLINK_V0), res_id: resource.bigEndian)
    var writer = RequestWriter(type, flags: flags, isAcknowledged: isAcknowledged, fixed)
    body(&writer)
    bytes += writer.finished(sequence: socket.nextSequence())
    count += 1
  }
}

extension FilterBatch.Expression {
  fileprivate func write(to writer: inout RequestWriter) {
    writer.add(Int(NFTA_EXPR_NAME.rawValue), text: name)
    writer.nest(Int(NFTA_EXPR_DATA.rawValue) | FilterBatch.nested) { writeData(to: &$0) }
  }

  private var name: String {
    switch self {
    case .meta: "meta"
    case .payload: "payload"
    case .equals: "cmp"
    case .lookUp: "lookup"
    case .verdict: "immediate"
    }
  }

  private func writeData(to writer: inout RequestWriter) {
    switch self {
    case .meta(let key, let register):
      writer.add(Int(NFTA_META_KEY.rawValue), key.rawValue.bigEndian)
      writer.add(Int(NFTA_META_DREG.rawValue), register.bigEndian)
    case .payload(let header, let offset, let length, let register):
      writer.add(Int(NFTA_PAYLOAD_DREG.rawValue), register.bigEndian)
      writer.add(Int(NFTA_PAYLOAD_BASE.rawValue), header.rawValue.bigEndian)
      writer.add(Int(NFTA_PAYLOAD_OFFSET.rawValue), offset.bigEndian)
      writer.add(Int(NFTA_PAYLOAD_LEN.rawValue), length.bigEndian)
    case .equals(let register, let value):
      writer.add(Int(NFTA_CMP_SREG.rawValue), register.bigEndian)
      writer.add(Int(NFTA_CMP_OP.rawValue), UInt32(0))
      writer.nest(Int(NFTA_CMP_DATA.rawValue) | FilterBatch.nested) { $0.add(Int(NFTA_DATA_VALUE.rawValue), value) }
    case .lookUp(let register, let set):
      writer.add(Int(NFTA_LOOKUP_SET.rawValue), text: set)
      writer.add(Int(NFTA_LOOKUP_SREG.rawValue), register.bigEndian)
    case .verdict(let verdict):
      writer.add(Int(NFTA_IMMEDIATE_DREG.rawValue), UInt32(0))
      writer.nest(Int(NFTA_IMMEDIATE_DATA.rawValue) | FilterBatch.nested) { writer in
        writer.nest(Int(NFTA_DATA_VERDICT.rawValue) | FilterBatch.nested) {
          $0.add(Int(NFTA_VERDICT_CODE.rawValue), verdict.rawValue.bigEndian)
        }
      }
    }
  }
}
