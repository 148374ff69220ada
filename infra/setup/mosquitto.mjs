import { at, ensureDebianPackage } from './debian.mjs';

/** Eclipse Mosquitto, the MQTT broker of the tests. */
export const ensureMosquitto = (log) => ensureDebianPackage('mosquitto', at('/usr/sbin/mosquitto'), log);
