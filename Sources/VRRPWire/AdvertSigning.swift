/// Signature of a router's adverts. Kept outside what has it, since most routers have none.
public indirect enum AdvertSigning: Sendable {
  /// Authentication Header in front of the advert (`auth_type AH`).
  case header(AuthenticationKey)
  /// Trailer behind the advert (`auth_hmac`).
  case trailer(TrailerAuthentication)

  /// Whether a trailer may or must follow an advert.
  public var trailerUse: TrailerUse {
    switch self {
    case .header: .none
    case .trailer(let authentication): authentication.trailerUse
    }
  }

  /// Whether packets are sent with their IPv4 header.
  public var makesWholePackets: Bool { if case .header = self { true } else { false } }

  /// Whether own adverts carry a trailer.
  public var makesTrailers: Bool { if case .trailer(let authentication) = self { authentication.signs } else { false } }

  /// Bytes that a signature adds to an advert.
  public var overhead: Int {
    switch self {
    case .header: AuthenticationHeader.packetOverhead
    case .trailer: makesTrailers ? AuthenticationTrailer.length : 0
    }
  }
}
