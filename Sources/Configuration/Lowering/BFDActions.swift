import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A `bfd_instance` block.
struct BFDDraft: NamedDraft {
  var name: Located<String>
  var neighbor: Located<IPAddress>?
  var source: Located<IPAddress>?
  var desiredMinTx: Located<Nanoseconds>?
  var requiredMinRx: Located<Nanoseconds>?
  var idleTx: Located<Nanoseconds>?
  var multiplier: Located<Int>?
  var isPassive = false
  /// `ttl` and `hoplimit` are one setting.
  var hopLimit: Located<Int>?
  var greatestHops: Located<Int>?
  var isMultihop = false
  var weight: Located<Int>?
  var reverse = false
  /// Whether `checker` is written, and `vrrp` is not.
  var isForCheckers = false
  var isForRouters = false
}

extension Lowering {
  /// What the keywords of `bfd_instance` do.
  static var sessionActions: [KeywordAction<BFDDraft>] {
    [
      .custom("neighbor_ip") { $0.neighbor = $2.address($1) ?? $0.neighbor },
      .custom("neighbour_ip") { $0.neighbor = $2.address($1) ?? $0.neighbor },
      .custom("source_ip") { $0.source = $2.address($1) ?? $0.source },
      .custom("min_tx") { $0.desiredMinTx = $2.packetInterval($1) ?? $0.desiredMinTx },
      .custom("min_rx") { $0.requiredMinRx = $2.packetInterval($1) ?? $0.requiredMinRx },
      .custom("idle_tx") { $0.idleTx = $2.packetInterval($1) ?? $0.idleTx },
      .integer("multiplier", \.multiplier),
      .flag("passive", \.isPassive),
      .integer("ttl", \.hopLimit),
      .integer("hoplimit", \.hopLimit),
      .integer("max_hops", \.greatestHops),
      .boolean("multihop", \.isMultihop),
      .custom("weight") { draft, statement, lowering in
        guard let weight = lowering.weight(statement.arguments, of: statement, bounds: -253...253) else { return }
        draft.weight = weight
        draft.reverse = statement.arguments.dropFirst().first.map { $0 == "reverse" } ?? false
      },
      .flag("vrrp", \.isForRouters),
      .flag("checker", \.isForCheckers),
    ]
  }

  /// An interval in milliseconds with a fraction.
  private func packetInterval(_ statement: Statement) -> Located<Nanoseconds>? {
    // Millionths of a millisecond are nanoseconds.
    guard let number = millionths(statement, bad: .ignored) else { return nil }
    let interval = Nanoseconds(rawValue: Int64(number.value))
    if interval > .seconds(10) {
      let name = statement.words[0].text
      diagnostics.report(
        .warning, "long-interval",
        "\(name) \(Self.shown(number.value)) is more than 10 seconds: the unit is milliseconds", at: number.span)
    }
    return Located(interval, number.span)
  }

  /// The session of a name.
  func session(named name: String) -> BFDDraft? { sessionIndex.find(name, in: sessions) }

  /// The session that has been read, if it has a neighbour.
  func definition(_ draft: BFDDraft) -> BFDInstanceDefinition? {
    guard let neighbor = draft.neighbor?.value else { return nil }
    func microseconds(_ interval: Located<Nanoseconds>?, _ otherwise: UInt32) -> UInt32 {
      interval.map { UInt32(clamping: $0.value.rawValue / 1000) } ?? otherwise
    }
    var instance = BFDInstanceDefinition(
      name: draft.name.value, neighbor: neighbor,
      session: BFDConfiguration(
        desiredMinTx: microseconds(draft.desiredMinTx, 10_000),
        requiredMinRx: microseconds(draft.requiredMinRx, 10_000), idleTx: microseconds(draft.idleTx, 1_000_000),
        multiplier: UInt8(clamping: draft.multiplier?.value ?? 5),
        isPassive: draft.isPassive))
    instance.source = draft.source?.value
    instance.isMultihop = draft.isMultihop
    let hopLimit = draft.hopLimit?.value ?? 255
    instance.hopLimit = UInt8(clamping: hopLimit)
    let hops = draft.greatestHops?.value ?? 0
    instance.leastHopLimit = hops < 0 ? 0 : UInt8(clamping: hopLimit - hops)
    instance.weight = draft.weight?.value ?? 0
    instance.reverse = draft.reverse
    return instance
  }
}
