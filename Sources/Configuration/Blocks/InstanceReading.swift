import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

typealias InstanceReading = BlockReading<VirtualRouterDefinition>

extension VirtualRouterDefinition: NamedModel {
  /// Results of reading an instance that are not part of the model.
  struct Notes: ReadingNotes {
    /// The family, once an address or a keyword has fixed it, and that keyword; `nil` until then.
    var family: Located<AddressFamily>?
    var familyKeyword: String?
    /// `advert_int` as written, in millionths of a second.
    var interval: Int?
    var isStrict: Bool?
    var authentication = Authentication()
    @BoxedNote var trailer: BlockReading<TrailerSettings>?
    var addresses: [Located<VirtualAddress>] = []
    var excludedAddresses: [Located<VirtualAddress>] = []
    /// True when an address could not be used.
    var lostAddress = false
    /// The last keyword that only unicast routers need.
    var unicastKeyword: SourceSpan?
    /// The place of each peer.
    var peerPlaces: [SourceSpan] = []
    /// The place of each further link.
    var heartbeatPlaces: [SourceSpan] = []
    @BoxedNote var virtualMAC: VirtualMACSettings?
    var tracked = TrackEntries()
    /// `garp_extra_if`.
    var extraRefresh: ExtraRefresh?
    var routingDomain: Located<String>?
    /// Tracked scripts with a weight that can change nothing.
    var scriptsWithoutEffect: [String] = []

    // Needed only while the block is read.
    var knownPeers: [IPAddress: SourceSpan] = [:]
    var knownHeartbeats: Set<String> = []

    /// Drops what is needed only while the block is read.
    mutating func finish() {
      tracked.finish()
      knownPeers = [:]
      knownHeartbeats = []
    }
  }

  /// The lines of `authentication`, before the rules.
  struct Authentication {
    /// True when there is a line for the password, even a wrong one.
    var saysPassword = false
    /// True when the type is unknown.
    var isUnknown = false
    /// True for AH.
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
  /// The VRID; `nil` if no valid one is written.
  var number: Located<VirtualRouterID>? {
    places["virtual_router_id"].map { Located(model.core.virtualRouterID, $0) }
  }

  /// The interface; `nil` if no valid one is written.
  var ownInterface: Located<String>? { places["interface"].map { Located(model.interface, $0) } }

  /// True when the interface is the one that has the source address, wherever that is: unicast needs no other.
  var isPlacedBySource: Bool {
    places.line(of: "interface") == nil && !model.unicastPeers.isEmpty && model.sourceAddress != nil
      && notes.virtualMAC == nil
  }

  /// True when adverts go to peers and not to a group.
  var isUnicast: Bool { model.isUnicast }

  /// True for the owner of the addresses (priority 255).
  var isOwner: Bool { model.core.priority == .owner }

  /// The place where the state is written, or from which it follows; `nil` if nothing sets it.
  var statePlace: SourceSpan? { places["state"] ?? (model.initialState == .master ? name.span : nil) }

  /// The place of the password that counts.
  var passwordPlace: SourceSpan? { notes.authentication.password == nil ? nil : places["auth_pass"] }

  /// The place where authentication is asked for.
  var authenticationPlace: SourceSpan? { places["auth_type"] ?? passwordPlace }
}
