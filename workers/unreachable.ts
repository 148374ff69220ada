import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { plumblineError } from '../contracts/index.js';

/** A call to Temporal that its server did not answer, as a coded error; any other thrown value as it is. */
export const unreachable = (what: string, cause: unknown): unknown =>
  cause instanceof ServiceError || isGrpcServiceError(cause)
    ? plumblineError('TEMPORAL_UNREACHABLE', what, { cause })
    : cause;
