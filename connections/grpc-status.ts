/** gRPC status codes (grpc/grpc, doc/statuscodes.md) that tell what to do next; the client library gives them as numbers. */
export const grpcStatus = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unauthenticated: 16,
} as const;
