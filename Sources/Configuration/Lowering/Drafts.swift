import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A value with the place that says it.
struct Located<Value> {
  var value: Value
  var span: SourceSpan

  init(_ value: Value, _ span: SourceSpan) {
    self.value = value
    self.span = span
  }
}

/// A line of `track_script`, `track_interface` or their like.
struct TrackEntry {
  var kind: TrackerKind
  var name: Located<String>
  var weight: Located<Int>?
  var reverse: Bool?

  var tracker: TrackerName { TrackerName(kind, name.value) }

  /// The entry with what its thing says where the line says nothing.
  func reference(to thing: Trackable) -> TrackerReference {
    TrackerReference(kind, name.value, weight: weight?.value ?? thing.weight, reverse: reverse ?? thing.reverse)
  }
}

/// What a block tracks.
struct TrackEntries {
  /// They in their order.
  var list: [TrackEntry] = []
  /// Where each stands, while the block is read.
  private var known: [TrackerName: SourceSpan] = [:]

  /// Adds an entry, unless there is one of its kind and name: then it gives that one's place.
  mutating func append(_ entry: TrackEntry) -> SourceSpan? {
    if let earlier = known[entry.tracker] { return earlier }
    known[entry.tracker] = entry.name.span
    list.append(entry)
    return nil
  }

  /// Forgets what only serves reading.
  mutating func finish() { known = [:] }
}

/// `garp_extra_if [all] SECONDS`.
struct ExtraRefresh {
  var seconds = 0
  var isForAll = false
}

/// `use_vmac` as far as the file says.
struct VirtualMACDraft {
  var span: SourceSpan
  var name: Located<String>?
  /// The words' six octets, or five to which the VRID is added.
  var octets: [UInt8]?
  /// The name that the interface gets.
  var interface = ""

  /// The address of a router's number and a family: its own, or that of RFC 9568 section 7.3.
  func mac(_ number: UInt8, _ family: AddressFamily) -> MACAddress {
    octets.flatMap { MACAddress(bytes: $0.count == 5 ? $0 + [number] : $0) }
      ?? MACAddress(virtualRouter: number, family)
  }
}
