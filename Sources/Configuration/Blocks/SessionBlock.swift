import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

extension BFDInstanceDefinition: TrackableModel {
  static var unset: Self { Self(name: "", neighbor: IPAddress(v4: 0)) }
}

extension Block<BFDInstanceDefinition> {
  /// `bfd_instance`.
  static var session: Block {
    Block("bfd_instance", requires: "neighbor_ip") {
      Setting("neighbor_ip", "Sets the address of the other end", .address, \.neighbor)
        .required.also("neighbour_ip", "Means the same as neighbor_ip")
      Setting(
        "source_ip", "Sets the source address of the session's packets", .address, \.source, default: "kernel choice",
        unset: "packets leave from the address that the kernel chooses")
      Setting(
        "min_tx", "Sets the shortest interval at which this host sends packets while the session is up",
        .packetInterval(from: 1), \.session.desiredMinTx)
      Setting(
        "min_rx", "Sets the shortest interval at which this host can receive packets", .packetInterval(from: 1),
        \.session.requiredMinRx)
      idleInterval
      Setting(
        "multiplier", "Sets how many packets in a row must be missing before the other end calls the session down",
        .integer(1...255), \.session.multiplier)
      Setting("passive", "Sends nothing until a packet of the other end has come", .flag, \.session.isPassive)
      Setting(
        "ttl", "Sets the TTL of sent packets; received ones need at least this TTL less max_hops", .integer(1...255),
        \.hopLimit
      )
      .shown { .word($0.neighbor.family == .ipv4 ? "ttl" : "hoplimit", $0.hopLimit) }
      .also("hoplimit", "Sets the hop limit of IPv6 packets, as ttl does for IPv4")
      Setting(
        "max_hops", "Sets how many hops received packets may have taken; -1 means any number", .integer(-1...255),
        \.greatestHops)
      Setting(
        "multihop", "Allows routers between the two ends, and uses UDP port 4784 instead of 3784", .boolean,
        \.isMultihop, default: "false", since: "2.2.8")
      Setting.weight(of: .bfd, \.weight, \.reverse)
      Setting.mark(
        Keyword(
          "vrrp", "Reserves the session for track_bfd, so that BFD_CHECK cannot use it", .flag,
          default: "both processes", .acts))
      Setting.mark(
        Keyword(
          "checker", "Reserves the session for BFD_CHECK; martlet lets track_bfd follow it all the same", .flag,
          default: "both processes", .acts))
    }
  }

  /// The interval while the session is down is never shorter than the one while it is up.
  private static var idleInterval: Setting<Model> {
    var setting = Setting(
      "idle_tx", "Sets the interval at which this host sends packets while the session is not up",
      .packetInterval(from: 1000), \Model.session.idleTx
    )
    .completed { $0.model.session.idleTx = max($0.session.idleTx, $0.session.desiredMinTx) }
    setting.shown?.following = "min_tx"
    return setting
  }
}

extension ValueForm<UInt32> {
  /// Milliseconds with a fraction, kept as microseconds.
  fileprivate static func packetInterval(from least: Int) -> Self {
    // Millionths of a millisecond are nanoseconds.
    Self(form: .decimal(least * 1_000_000, 4_294_967_000_000), unit: .milliseconds) { statement, lowering, bad in
      guard let number = lowering.millionths(statement, bad: bad) else { return nil }
      if number.value > 10_000_000_000 {
        lowering.diagnostics.report(
          .warning, "long-interval",
          "\(statement.words[0].text) \(Lowering.shown(number.value)) is more than 10 seconds: the unit is milliseconds",
          at: number.span)
      }
      return UInt32(clamping: number.value / 1000)
    } words: {
      [.word(DecimalText.milliseconds($0))]
    }
  }
}

extension ShownProperty where Owner == BFDInstanceDefinition {
  /// The properties of `bfd_instance`.
  package static var session: [ShownProperty<Owner>] { Block.session.properties }
}
