import Glibc

/// The user namespace that this process is in.
public enum UserNamespace {
  /// What the users of the host that this namespace does not know look like from here, the host's root among them: the owner of
  /// everything without an owner here. `nil` where that number is a user of this namespace, or all users are known.
  ///
  /// Nobody here can be that user.
  public static let foreignUser: UInt32? = {
    guard let overflow = numbers(in: "/proc/sys/kernel/overflowuid").first?.first else { return nil }
    let isMapped = numbers(in: "/proc/self/uid_map").contains { range in
      range.count == 3 && range[0] <= overflow && overflow - range[0] < range[2]
    }
    return isMapped ? nil : UInt32(exactly: overflow)
  }()

  /// The whole numbers in a small file, by line; none when it cannot be read.
  private static func numbers(in path: String) -> [[UInt64]] {
    guard let file = try? FileDescriptor.open(reading: path) else { return [] }
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard case .bytes(let count)? = buffer.withUnsafeMutableBytes({ try? file.read(into: $0) }) else { return [] }
    return buffer.prefix(count).split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: " ")).compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
    }
  }
}
