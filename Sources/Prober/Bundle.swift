import ConfigurationModel
import LinuxSystem

/// Bundle of the configuration that is served.
struct Bundle {
  private let file: OwnedDescriptor
  private let bundle: ConfigurationBundle

  /// Takes a bundle over.
  /// - Throws: `ImageError` if it is none that this program can read; `SystemError` if the file cannot be read.
  init(_ file: consuming FileDescriptor) throws {
    let file = OwnedDescriptor(file)
    self.file = file
    bundle = try ConfigurationBundle { try MemoryFile.read(file.rawValue, $0) }
  }

  /// The configuration.
  func configuration() throws -> Configuration { try bundle.configuration() }

  /// Answer to `ControlRequest.sources`. Throws if the file cannot be read.
  func sources() throws -> [UInt8] { try bundle.sources(size: MemoryFile.size(of: file.rawValue)) }

  /// True if the other bundle holds an equal configuration. The files that the two were read from may differ.
  func holdsTheSame(as other: Bundle) -> Bool {
    guard let image = try? bundle.image(), let others = try? other.bundle.image() else { return false }
    return image == others
  }
}
