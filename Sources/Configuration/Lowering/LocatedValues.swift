import ConfigurationModel
import ConfigurationSyntax
import NetworkTypes
import VRRPCore

/// A value with its place in the files.
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

/// The trackers of a block.
struct TrackEntries {
  /// Entries in the order of the file.
  var list: [TrackEntry] = []
  /// Places of the entries, while the block is read.
  private var known: [TrackerName: SourceSpan] = [:]

  /// Adds an entry. If there is one of its kind and name already, returns that one's place and adds nothing.
  mutating func append(_ entry: TrackEntry) -> SourceSpan? {
    if let earlier = known[entry.tracker] { return earlier }
    known[entry.tracker] = entry.name.span
    list.append(entry)
    return nil
  }

  /// Drops what is needed only while the block is read.
  mutating func finish() { known = [:] }
}

/// `garp_extra_if [all] SECONDS`.
struct ExtraRefresh {
  var seconds = 0
  var isForAll = false
}

/// The settings of `use_vmac`, before the rules have named the interface.
struct VirtualMACSettings {
  var span: SourceSpan
  var name: Located<String>?
  /// Six octets as written, or five to which the VRID is added.
  var octets: [UInt8]?
  /// Name of the interface that is made.
  var interface = ""

  /// The MAC address for a VRID and a family: the written one, or that of RFC 9568 section 7.3.
  func mac(_ number: UInt8, _ family: AddressFamily) -> MACAddress {
    octets.flatMap { MACAddress(bytes: $0.count == 5 ? $0 + [number] : $0) }
      ?? MACAddress(virtualRouter: number, family)
  }
}
