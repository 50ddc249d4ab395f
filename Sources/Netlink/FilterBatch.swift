import CNetlink
import Glibc
import LinuxSystem

/// Hook of the kernel at which packets are checked.
enum FilterChain: String, CaseIterable {
  case input, output

  /// `NF_INET_LOCAL_IN` and `NF_INET_LOCAL_OUT`.
  var hook: UInt32 { self == .input ? 1 : 3 }
}

/// Verdict on a packet.
enum FilterVerdict: UInt32 {
  case drop = 0
  case accept = 1
}

/// Set of keys that rules look up.
struct FilterSet: Sendable {
  let name: String
  /// Number of the set within a batch.
  let number: UInt32
  /// Type of the keys in nft's own numbering, for programs that list the table.
  let keyType: UInt32
  let keyLength: UInt32
}

/// Batch of messages, of which the kernel accepts all or none (nfnetlink).
struct FilterBatch {
  /// Property of a packet that is loaded (`NFT_META_*`).
  enum Meta: UInt32 {
    case inputInterface = 4
    case outputInterface = 5
    case outputInterfaceName = 7
    case networkProtocol = 15
    case transportProtocol = 16
  }

  /// Header that is read (`NFT_PAYLOAD_*`).
  enum Header: UInt32 {
    case network = 1
    case transport = 2
  }

  enum Expression {
    case meta(Meta, register: UInt32)
    case payload(Header, offset: UInt32, length: UInt32, register: UInt32)
    case equals(register: UInt32, [UInt8])
    case lookUp(register: UInt32, set: String)
    case verdict(FilterVerdict)
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

  /// Match of a neighbour solicitation (135) or advertisement (136).
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
      // Flag that makes the socket the owner of the table.
      writer.add(Int(NFTA_TABLE_FLAGS.rawValue), UInt32(2).bigEndian)
    }
  }

  mutating func addChain(_ chain: FilterChain) {
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

  mutating func addSet(_ set: FilterSet) {
    add(Int(NFT_MSG_NEWSET.rawValue), flags: NLM_F_CREATE) { [table] writer in
      writer.add(Int(NFTA_SET_TABLE.rawValue), text: table)
      writer.add(Int(NFTA_SET_NAME.rawValue), text: set.name)
      writer.add(Int(NFTA_SET_KEY_TYPE.rawValue), set.keyType.bigEndian)
      writer.add(Int(NFTA_SET_KEY_LEN.rawValue), set.keyLength.bigEndian)
      writer.add(Int(NFTA_SET_ID.rawValue), set.number.bigEndian)
    }
  }

  mutating func addElements(_ set: FilterSet, _ keys: ArraySlice<[UInt8]>) {
    add(Int(NFT_MSG_NEWSETELEM.rawValue), flags: NLM_F_CREATE) { [table] writer in
      writer.add(Int(NFTA_SET_ELEM_LIST_TABLE.rawValue), text: table)
      writer.add(Int(NFTA_SET_ELEM_LIST_SET.rawValue), text: set.name)
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

  mutating func addRule(_ chain: FilterChain, _ expressions: [Expression], _ verdict: FilterVerdict) {
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

  /// Ends the batch and returns its bytes.
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
