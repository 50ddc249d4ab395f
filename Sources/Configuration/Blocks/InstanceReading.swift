import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

typealias InstanceReading = BlockReading<VirtualRouterDefinition>

extension VirtualRouterDefinition: NamedModel {
  /// What reading an instance finds out besides.
  struct Notes: ReadingNotes {
    /// The family, where something has fixed it, and the keyword that did, if that was no address.
    var family: Located<AddressFamily>?
    var familyKeyword: String?
    /// `advert_int` as it is written, in millionths of a second.
    var interval: Int?
    var isStrict: Bool?
    var authentication = Authentication()
    @BoxedNote var trailer: BlockReading<TrailerDraft>?
    var addresses: [Located<VirtualAddress>] = []
    var excludedAddresses: [Located<VirtualAddress>] = []
    /// Whether an address could not be used.
    var lostAddress = false
    /// The last keyword that only unicast routers need.
    var unicastKeyword: SourceSpan?
    /// Where each of the peers stands.
    var peerPlaces: [SourceSpan] = []
    /// Where each of the further links stands.
    var heartbeatPlaces: [SourceSpan] = []
    @BoxedNote var virtualMAC: VirtualMACDraft?
    var tracked = TrackEntries()
    /// `garp_extra_if`.
    var extraRefresh: ExtraRefresh?
    var routingDomain: Located<String>?
    /// Scripts that it tracks with a weight that can change nothing.
    var scriptsWithoutEffect: [String] = []

    // While the block is read.
    var knownPeers: [IPAddress: SourceSpan] = [:]
    var knownHeartbeats: Set<String> = []

    /// Forgets what only serves reading.
    mutating func finish() {
      tracked.finish()
      knownPeers = [:]
      knownHeartbeats = []
    }
  }

  /// `authentication` as far as the file says.
  struct Authentication {
    /// Whether there is a line for the password, even one that is wrong.
    var saysPassword = false
    /// Whether the type is no way that there is.
    var isUnknown = false
    /// Whether it is AH.
    var usesHeader = false
    var password: [UInt8]?
  }

  static var unset: Self {
    Self(
      name: "", interface: "",
      core: VirtualRouterConfiguration(
        virtualRouterID: .lowest, version: .v2, priority: .standard, interval: .seconds(1)), family: .ipv4)
  }
}

extension BlockReading<VirtualRouterDefinition> {
  /// Its number, if it has one that can be used.
  var number: Located<VirtualRouterID>? {
    places["virtual_router_id"].map { Located(model.core.virtualRouterID, $0) }
  }

  /// Its interface, if it has one that can be used.
  var ownInterface: Located<String>? { places["interface"].map { Located(model.interface, $0) } }

  /// Whether its interface is the one that has its source address, wherever that is: unicast needs no other.
  var isPlacedBySource: Bool {
    places.line(of: "interface") == nil && !model.unicastPeers.isEmpty && model.sourceAddress != nil
      && notes.virtualMAC == nil
  }

  /// Whether its adverts go to peers and not to a group.
  var isUnicast: Bool { model.isUnicast }

  /// Whether it owns the addresses (priority 255).
  var isOwner: Bool { model.core.priority == .owner }

  /// Where its state is written, or follows from; `nil` if nothing says it.
  var statePlace: SourceSpan? { places["state"] ?? (model.initialState == .master ? name.span : nil) }

  /// Where the password stands that counts.
  var passwordPlace: SourceSpan? { notes.authentication.password == nil ? nil : places["auth_pass"] }

  /// Where its authentication is asked for.
  var authenticationPlace: SourceSpan? { places["auth_type"] ?? passwordPlace }
}
