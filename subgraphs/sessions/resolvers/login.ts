import { readDevice } from '../domain/device.ts';
import { shownFailure } from '../domain/login.ts';
import type { LoginResolvers } from '../generated/resolvers.ts';

export const Login: LoginResolvers = {
  succeeded: ({ failure }) => failure === null,
  failure: ({ failure }) => shownFailure(failure),
  device: ({ userAgent }) => readDevice(userAgent).device,
};
