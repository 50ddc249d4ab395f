import HealthCore
import NetworkTypes
import Testing
import VRRPCore

@testable import ConfigurationModel

/// Types that an image is made of, found from the fields that each record names.
private struct LayoutWalk: ImageCoder {
  /// One line for each type, in the order in which they are met.
  var lines: [String] = []
  private var seen: Set<ObjectIdentifier> = []
  private var types: [any ImageValue.Type] = []

  mutating func callAsFunction<Value: ImageValue>(_ field: inout Value) { types.append(Value.self) }

  mutating func walk(_ type: any ImageValue.Type) {
    guard seen.insert(ObjectIdentifier(type)).inserted else { return }
    if let type = type as? any ImageRecord.Type {
      walk(record: type)
    } else if let type = type as? any Composed.Type {
      lines.append("\(type) = \(type.parts.map { "\($0)" }.joined(separator: " | "))")
      for part in type.parts { walk(part) }
    } else if let type = type as? any ImageChoice.Type {
      lines.append("\(type) = \(names(of: type).joined(separator: " | "))")
    } else {
      lines.append("\(type)")
      #expect(
        LayoutWalk.simple.contains { $0 == type },
        "\(type) is made of other types: name them in an extension Composed below")
    }
  }

  private mutating func walk<Record: ImageRecord>(record type: Record.Type) {
    types = []
    var blank = Record.blank
    blank.code(&self)
    let fields = types
    lines.append("\(type): \(fields.map { "\($0)" }.joined(separator: ", "))")
    if !LayoutWalk.hidden.contains(where: { $0 == type }) {
      let properties = Mirror(reflecting: blank).children.map { $0.label ?? "?" }
      #expect(
        fields.count == properties.count,
        "\(type).code(_:) names \(fields.count) fields; the stored properties are \(properties.joined(separator: ", "))"
      )
    }
    for field in fields { walk(field) }
  }

  private func names<Choice: ImageChoice>(of type: Choice.Type) -> [String] { Choice.allCases.map { "\($0)" } }

  /// Types whose bytes are all there is to them.
  private static var simple: [any ImageValue.Type] {
    [
      Bool.self, Int.self, Int32.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self, String.self, Nanoseconds.self,
      Centiseconds.self, Route.Kind.self, AddressFamily.self, MACAddress.self, IPAddress.self, IPPrefix.self,
      ProtocolVersion.self, Priority.self, RouterState.self, TrackerID.self, TrackerBinding.self, VirtualRouterID.self,
      FlapDamping.Limits.self, VerdictExpiry.self, Combination.self, Amount.self, ProbeHost.self, ProbeEndpoint.self,
      Route.Metric.Value.self, RoutingRule.Action.self,
    ]
  }

  /// Records that hide their contents from a mirror, since these are secrets. ``ImageTests/secrets()`` has all their fields.
  private static var hidden: [any ImageValue.Type] { [TrailerDefinition.self, TrailerDefinition.Key.self] }
}

/// A type that is made of others without being a record.
private protocol Composed {
  static var parts: [any ImageValue.Type] { get }
}

extension Optional: Composed where Wrapped: ImageValue {
  fileprivate static var parts: [any ImageValue.Type] { [Wrapped.self] }
}

extension Array: Composed where Element: ImageValue {
  fileprivate static var parts: [any ImageValue.Type] { [Element.self] }
}

extension Dictionary: Composed where Key: ImageValue & Comparable, Value: ImageValue {
  fileprivate static var parts: [any ImageValue.Type] { [Key.self, Value.self] }
}

extension ClosedRange: Composed where Bound: ImageValue {
  fileprivate static var parts: [any ImageValue.Type] { [Bound.self] }
}

extension Boxed: Composed where Value: ImageValue {
  fileprivate static var parts: [any ImageValue.Type] { [Value.self] }
}

extension AuthenticationDefinition: Composed {
  fileprivate static var parts: [any ImageValue.Type] { [[UInt8].self, [UInt8].self, TrailerDefinition.self] }
}

extension KernelEntryDefinition.Content: Composed {
  fileprivate static var parts: [any ImageValue.Type] { [VirtualAddress.self, Route.self, RoutingRule.self] }
}

extension Route.Encapsulation: Composed {
  fileprivate static var parts: [any ImageValue.Type] { [Route.Tunnel.self, [UInt32].self, UInt64.self] }
}

extension ProbeQuestion: Composed {
  fileprivate static var parts: [any ImageValue.Type] {
    [
      HTTPQuestion.self, StreamQuestion.self, DatagramQuestion.self, EchoQuestion.self, ARPQuestion.self,
      DNSQuestion.self, SMTPQuestion.self, RedisQuestion.self, PostgreSQLQuestion.self, MySQLQuestion.self,
      HAProxyQuestion.self, LoadQuestion.self, DiskQuestion.self, MemoryQuestion.self, CombinedQuestion.self,
    ]
  }
}

@Suite struct ImageLayoutTests {
  @Test("Every stored property of every record is in the image, and a changed layout has another number")
  func layout() {
    var walk = LayoutWalk()
    walk.walk(Configuration.self)
    let text = walk.lines.joined(separator: "\n")
    // FNV-1a.
    let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    #expect(walk.lines.count > 60)
    #expect(
      Layout(number: ConfigurationImage.layout, hash: String(hash, radix: 16))
        == Layout(number: 2, hash: "6c52c963e5e507da"),
      "the layout has changed: raise ConfigurationImage.layout, and write both numbers here\n\(text)")
  }

  private struct Layout: Equatable {
    var number: UInt64
    var hash: String
  }
}
