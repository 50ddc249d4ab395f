import Glibc
import LinuxSystem

/// What a lab needs of the machine, asked once, with a reason in plain words for what is missing.
public enum LabEnvironment {
  /// Something that a test, the demo or a benchmark cannot do without.
  public enum Need: Sendable, Hashable, CaseIterable {
    /// Namespaces of its own to make hosts in.
    case lab
    /// The martlet binary.
    case martlet
    /// keepalived.
    case keepalived
    /// A keepalived that signs with `auth_hmac` as martlet does, which Debian's is too old for.
    case keepalivedWithTrailers
    /// FRR's `vrrpd` and `zebra`, and their user.
    case frr
    /// FRR's `bfdd` and `zebra`, their user, and `vtysh` to ask them.
    case bfd
    /// tshark.
    case tshark
    /// nftables with bridge rules.
    case nftables
  }

  /// Why something is not there; `nil` when it is.
  public static func reason(missing need: Need) -> String? {
    switch need {
    case .lab: labReason
    case .martlet: martletReason
    case .keepalived: reason(missing: keepalivedProgram)
    case .keepalivedWithTrailers: trailerReason
    case .frr: frrReason
    case .bfd: bfdReason
    case .tshark: reason(missing: "tshark")
    case .nftables: reason(missing: "nft")
    }
  }

  /// Whether all of `needs` are there.
  public static func has(_ needs: Need...) -> Bool { needs.allSatisfy { reason(missing: $0) == nil } }

  /// Whether the lab's root is an ordinary user's: one that cannot change users or groups.
  public static let isUserNamespace: Bool = !readFile("/proc/self/uid_map").contains("4294967295")

  private static let labReason: String? = {
    guard getenv("MARTLET_LAB") != nil else { return "not inside a lab; run through `make test`" }
    for program in ["ip", "nsenter", "timeout"] where Command.find(program) == nil {
      return "\(program) is not installed; run `make deps`"
    }
    mkdir("/run/netns", 0o755)
    guard access("/run/netns", W_OK) == 0 else { return "/run is not the lab's own; run through `make test`" }
    return nil
  }()

  private static let martletReason: String? = {
    guard let binary = martletBinary else { return "the martlet binary is not built; run `make test`" }
    guard let help = try? Command.run([binary, "run", "--help"], limit: 5), help.output.contains("--runtime-directory")
    else { return "\(binary) cannot run as a daemon" }
    return nil
  }()

  /// The keepalived that labs run: what `MARTLET_KEEPALIVED` names, or the installed one.
  public static let keepalivedProgram = getenv("MARTLET_KEEPALIVED").map { String(cString: $0) } ?? "keepalived"

  private static let trailerReason: String? = {
    // It writes its version to standard error: "Keepalived v2.4.3 (…)".
    let line = (try? Command.run([keepalivedProgram, "--version"], limit: 5))?.firstLine ?? ""
    let words = line.split(separator: " ")
    let parts = (words.dropFirst().first ?? "").drop { $0 == "v" }.split(separator: ".").compactMap { Int($0) }
    guard parts.count < 3 || parts.lexicographicallyPrecedes([2, 4, 2]) else { return nil }
    return "MARTLET_KEEPALIVED names no keepalived of version 2.4.2 or later, whose auth_hmac is martlet's"
  }()

  private static let frrReason: String? = {
    for program in [FRRPeer.zebraProgram, FRRPeer.vrrpProgram] where access(program, X_OK) != 0 {
      return "\(program) is not installed; run `make deps`"
    }
    if isUserNamespace { return "FRR runs as its own user, and an ordinary user's namespace has no other users" }
    let user = try? UserDatabase.lookup(FRRPeer.userName)
    return user == nil ? "there is no user \(FRRPeer.userName); run `make deps`" : nil
  }()

  private static let bfdReason: String? = {
    if let frrReason { return frrReason }
    if access(BFDPeer.program, X_OK) != 0 { return "\(BFDPeer.program) is not installed; run `make deps`" }
    return reason(missing: "vtysh") ?? reason(missing: "chrt")
  }()

  private static func reason(missing program: String) -> String? {
    Command.find(program) == nil ? "\(program) is not installed; run `make deps`" : nil
  }

  /// The martlet binary: what `MARTLET_BINARY` names, or the one beside the running program.
  public static let martletBinary: String? = {
    if getenv("MARTLET_BINARY") != nil { return program(namedBy: "MARTLET_BINARY") }
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard length > 0 else { return nil }
    let own = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let slash = own.lastIndex(of: "/") else { return nil }
    let path = own[...slash] + "martlet"
    return access(String(path), X_OK) == 0 ? String(path) : nil
  }()

  private static func program(namedBy variable: String) -> String? {
    guard let named = getenv(variable) else { return nil }
    let path = String(cString: named)
    return access(path, X_OK) == 0 ? path : nil
  }
}
