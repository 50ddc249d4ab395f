import CNetlink
import NetworkTypes

extension KernelEntry {
  /// A rule. Its interfaces need not exist.
  package init(_ rule: RoutingRule) {
    self.init(
      addition: rule.request(Int(RTM_NEWRULE), flags: NLM_F_CREATE | NLM_F_EXCL),
      removal: rule.request(Int(RTM_DELRULE), flags: 0))
  }
}

extension RoutingRule {
  fileprivate func request(_ type: Int, flags: Int32) -> [UInt8] {
    var fixed = fib_rule_hdr()
    fixed.family = UInt8(truncatingIfNeeded: family.kernelNumber)
    fixed.dst_len = to?.length ?? 0
    fixed.src_len = from?.length ?? 0
    fixed.tos = typeOfService
    fixed.action = kernelAction
    fixed.flags = isInverted ? UInt32(FIB_RULE_INVERT) : 0
    if case .lookUp(let table) = action, table <= 255 { fixed.table = UInt8(table) }
    var writer = RequestWriter(type, flags: flags, fixed)
    writer.add(Int(FRA_PRIORITY), preference)
    writer.add(Int(FRA_PROTOCOL), originator)
    switch action {
    case .lookUp(let table): writer.add(Int(FRA_TABLE), table)
    case .lookUpMaster: writer.add(Int(FRA_L3MDEV), UInt8(1))
    case .goTo(let target): writer.add(Int(FRA_GOTO), target)
    case .nothing, .blackhole, .unreachable, .prohibit: break
    }
    addSelectors(to: &writer)
    return writer.finished()
  }

  private var kernelAction: UInt8 {
    let action =
      switch action {
      case .lookUp, .lookUpMaster: FR_ACT_TO_TBL
      case .goTo: FR_ACT_GOTO
      case .nothing: FR_ACT_NOP
      case .blackhole: FR_ACT_BLACKHOLE
      case .unreachable: FR_ACT_UNREACHABLE
      case .prohibit: FR_ACT_PROHIBIT
      }
    return UInt8(truncatingIfNeeded: Int(action))
  }

  private func addSelectors(to writer: inout RequestWriter) {
    if let from, from.length > 0 { writer.add(Int(FRA_SRC), from.address.bytes) }
    if let to, to.length > 0 { writer.add(Int(FRA_DST), to.address.bytes) }
    if let inputInterface { writer.add(Int(FRA_IIFNAME), text: inputInterface) }
    if let outputInterface { writer.add(Int(FRA_OIFNAME), text: outputInterface) }
    if let mark {
      writer.add(Int(FRA_FWMARK), mark.value)
      if let mask = mark.mask { writer.add(Int(FRA_FWMASK), mask) }
    }
    if let realms { writer.add(Int(FRA_FLOW), realms) }
    if let suppressedPrefixLength { writer.add(Int(FRA_SUPPRESS_PREFIXLEN), suppressedPrefixLength) }
    if let suppressedInterfaceGroup { writer.add(Int(FRA_SUPPRESS_IFGROUP), suppressedInterfaceGroup) }
    if let tunnelKey { writer.add(Int(FRA_TUN_ID), tunnelKey.bigEndian) }
    if let users { writer.add(Int(FRA_UID_RANGE), Self.bytes(of: users)) }
    if let ipProtocol { writer.add(Int(FRA_IP_PROTO), ipProtocol) }
    if let sourcePorts { writer.add(Int(FRA_SPORT_RANGE), Self.bytes(of: sourcePorts)) }
    if let destinationPorts { writer.add(Int(FRA_DPORT_RANGE), Self.bytes(of: destinationPorts)) }
  }

  private static func bytes(of range: ClosedRange<some FixedWidthInteger>) -> [UInt8] {
    withUnsafeBytes(of: range.lowerBound) { Array($0) } + withUnsafeBytes(of: range.upperBound) { Array($0) }
  }
}
