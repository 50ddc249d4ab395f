/// A configuration as bytes, which engine and prober read in place of the file's text.
///
/// The fields stand one after the other, each as its type writes it. So whoever writes and whoever reads must agree on the fields: the
/// bundle says with which ``layout`` it was written. Whoever changes a field of the model raises that number; `ImageLayoutTests` fails
/// until it is done.
public enum ConfigurationImage {
  /// Number of the layout.
  public static let layout: UInt64 = 1

  /// The image of a configuration; equal configurations have equal images.
  public static func encode(_ configuration: Configuration) -> [UInt8] {
    var writer = ImageWriter()
    configuration.write(to: &writer)
    return writer.bytes
  }

  /// The configuration of an image; whatever the bytes are, it throws rather than traps.
  public static func decode(_ bytes: [UInt8]) throws(ImageError) -> Configuration {
    var reader = ImageReader(bytes)
    let configuration = try Configuration(from: &reader)
    guard reader.remaining == 0 else { throw .damaged }
    return configuration
  }
}
