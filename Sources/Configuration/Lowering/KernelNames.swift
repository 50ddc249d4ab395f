import ConfigurationSyntax

/// Numbers of the kernel's routing that have names: built in, or given by the host in files beside those of `ip`.
struct KernelNames {
  /// Kind of number; the raw value is the name of the file.
  enum List: String {
    case tables = "rt_tables"
    case protocols = "rt_protos"
    case scopes = "rt_scopes"
    case services = "rt_dsfield"
    case realms = "rt_realms"
    case groups = "group"

    fileprivate var builtIn: [String: UInt32] {
      switch self {
      case .tables: ["unspec": 0, "default": 253, "main": 254, "local": 255]
      case .protocols:
        [
          "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "ra": 9, "mrt": 10, "zebra": 11, "bird": 12, "dhcp": 16,
          "keepalived": 18, "babel": 42, "bgp": 186, "isis": 187, "ospf": 188, "rip": 189, "eigrp": 192,
        ]
      case .scopes: ["global": 0, "universe": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255]
      case .services: [:]
      case .realms: ["cosmos": 0]
      case .groups: ["default": 0]
      }
    }
  }

  /// The directory of the host's own names, which come before the vendor's.
  var hostDirectory = "/etc/iproute2" { didSet { known = [:] } }
  var vendorDirectory = "/usr/share/iproute2" { didSet { known = [:] } }

  private let files: any SourceFiles
  private var known: [List: [String: UInt32]] = [:]

  init(files: any SourceFiles) {
    self.files = files
  }

  /// The number that a word gives or names; `nil` for an unknown name.
  mutating func number(_ word: Word, _ list: List) -> UInt32? {
    if let number = Self.number(word.bytes) { return number }
    let name = word.text
    if let number = list.builtIn[name] { return number }
    if known[list] == nil { known[list] = read(list) }
    return known[list]?[name]
  }

  /// A whole number: decimal, hexadecimal with 0x before it, or octal with 0 before it.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    let text = String(decoding: bytes, as: UTF8.self)
    if text.hasPrefix("0x") { return UInt32(text.dropFirst(2), radix: 16) }
    return UInt32(text, radix: isOctal(bytes) ? 8 : 10)
  }

  /// True when a leading 0 makes the number octal.
  static func isOctal(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.count > 1 && bytes.first == UInt8(ascii: "0") && bytes.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// A whole number that can only be decimal, even with leading zeros.
  static func decimal(_ bytes: ArraySlice<UInt8>) -> UInt64? { UInt64(String(decoding: bytes, as: UTF8.self)) }

  private func read(_ list: List) -> [String: UInt32] {
    var names: [String: UInt32] = [:]
    for directory in [hostDirectory, vendorDirectory] {
      let path = "\(directory)/\(list.rawValue)"
      for file in [path] + files.matches(of: path + ".d/*.conf") {
        guard let bytes = try? files.read(file) else { continue }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
          let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
          // A comment begins with #, which is no number.
          guard words.count >= 2, let number = Self.number(words[0]) else { continue }
          let name = String(decoding: words[1], as: UTF8.self)
          if names[name] == nil { names[name] = number }
        }
      }
    }
    return names
  }
}

extension Lowering {
  /// Reports that a number with a leading 0 is octal, as for keepalived.
  func noteOctal(_ word: Word, is number: UInt32) {
    // A single digit is the same number either way.
    guard KernelNames.isOctal(word.bytes), KernelNames.decimal(word.bytes) != UInt64(number) else { return }
    diagnostics.report(
      .warning, "octal-number", "'\(word.text)' is octal here: \(number) is used", at: word.span,
      suggestion: "write \(number), or without the 0 what is meant")
  }
}
