import { ensureDebianPackage } from './debian.mjs';

/** Eclipse Mosquitto, the MQTT broker of the tests. */
export const ensureMosquitto = (log) => ensureDebianPackage('mosquitto', '/usr/sbin/mosquitto', log);
