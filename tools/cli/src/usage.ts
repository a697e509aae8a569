/** The command line was wrong: the message says how, the process ends with code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const USAGE = `Usage: npm run -s cli -- COMMAND

  projects create NAME [--timezone TZ]            makes a project; prints {"id","token"}
  projects shift --project ID --by 26h            moves the project's clock (only with MUSTER_TEST=1); s, m, h or d
  keys create --project ID --scopes A,B|'*' [--label L] [--email E]
                                                  makes a personal API key; prints {"key"}, this once
  cohorts import (--name NAME | --cohort ID) [--mode append|replace|remove] [--keep-unmatched true] FILE.csv
                                                  imports a CSV file into a static cohort of the running stack's project
  migrate                                         brings the database's schema up to date
  topics ensure                                   creates the Kafka topics that are missing
  env                                             prints exports of the running stack's URL, project, token, key and brokers:
                                                  eval "$(npm run -s cli -- env)"

projects, keys and migrate use DATABASE_URL, topics uses KAFKA_BROKERS and KAFKA_TOPIC_PREFIX; what is not set is taken from
connection.json of the running stack in MUSTER_DATA_DIR (default .muster).`;
