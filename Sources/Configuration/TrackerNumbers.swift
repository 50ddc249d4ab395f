import VRRPCore

/// From the names in `track_script`, `track_interface` and `track_bfd` to positions in ``Configuration/trackers``.
public struct TrackerNumbers: Sendable {
  /// The number of each script.
  public private(set) var scripts: [String: TrackerID] = [:]
  /// The number of each tracked interface.
  public private(set) var interfaces: [String: TrackerID] = [:]
  /// The number of each BFD session.
  public private(set) var sessions: [String: TrackerID] = [:]

  /// The numbers that a configuration gives.
  public init(_ configuration: Configuration) {
    for (position, tracker) in configuration.trackers.enumerated() {
      switch tracker {
      case .script(let index): scripts[configuration.scripts[index].name] = TrackerID(rawValue: position)
      case .interface(let name): interfaces[name] = TrackerID(rawValue: position)
      case .bfd(let index): sessions[configuration.bfdInstances[index].name] = TrackerID(rawValue: position)
      }
    }
  }

  /// The bindings that references come to; one to a tracker that does not exist is left out.
  public func bindings(
    _ scriptReferences: [TrackerReference], _ interfaceReferences: [TrackerReference],
    _ sessionReferences: [TrackerReference]
  ) -> [TrackerBinding] {
    func bind(_ references: [TrackerReference], _ numbers: [String: TrackerID]) -> [TrackerBinding] {
      references.compactMap { reference in
        numbers[reference.name].map {
          TrackerBinding(tracker: $0, weight: reference.weight, reverse: reference.reverse)
        }
      }
    }
    return bind(scriptReferences, scripts) + bind(interfaceReferences, interfaces)
      + bind(sessionReferences, sessions)
  }
}
