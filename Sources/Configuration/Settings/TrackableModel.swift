import ConfigurationSyntax

/// The model of a trackable thing, with the defaults of a `track_…` line that has a name only.
protocol TrackableModel: NamedModel {
  var weight: Int { get set }
  var reverse: Bool { get set }
}
