import Glibc

/// User namespace of this process.
public enum UserNamespace {
  /// Overflow user: the owner that files of users outside this namespace seem to have, the host's root among them.
  /// `nil` if that number is a user of this namespace, or all users are known.
  ///
  /// Nobody in this namespace can be that user.
  public static let foreignUser: UInt32? = {
    guard let overflow = numbers(in: "/proc/sys/kernel/overflowuid").first?.first else { return nil }
    let isMapped = numbers(in: "/proc/self/uid_map").contains { range in
      range.count == 3 && range[0] <= overflow && overflow - range[0] < range[2]
    }
    return isMapped ? nil : UInt32(exactly: overflow)
  }()

  /// Whole numbers in a small file, by line; empty if it cannot be read.
  private static func numbers(in path: String) -> [[UInt64]] {
    guard let file = try? FileDescriptor.open(reading: path) else { return [] }
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard case .bytes(let count)? = buffer.withUnsafeMutableBytes({ try? file.read(into: $0) }) else { return [] }
    return buffer.prefix(count).split(separator: UInt8(ascii: "\n")).map { line in
      line.split(separator: UInt8(ascii: " ")).compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
    }
  }
}
