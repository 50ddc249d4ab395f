import ConfigurationSyntax

/// A block that defines something to be tracked, with what holds where a `track_…` block says no more than its name.
protocol TrackableModel: NamedModel {
  var weight: Int { get set }
  var reverse: Bool { get set }
}
